// src/routes/orders/+page.js
export async function load({ fetch }) {
  const response = await fetch("https://api.example.com/orders", { credentials: "include" });
  return { orders: response.ok ? await response.json() : [] };
}
