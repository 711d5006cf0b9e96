import { Configuration, OrdersApi } from "./generated";

// created by openapi-generator, typescript-fetch
export const orders = new OrdersApi(
  new Configuration({
    basePath: "https://api.example.com",
    credentials: "same-origin",
  })
);
