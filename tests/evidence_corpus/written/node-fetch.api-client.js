// src/lib/api-client.js  (imported from pages and from scripts)
import fetch from "node-fetch";

export async function getOrders() {
  const response = await fetch(`${process.env.NEXT_PUBLIC_API_URL}/orders`, { credentials: "include" });
  if (!response.ok) throw new Error(`orders: ${response.status}`);
  return response.json();
}
