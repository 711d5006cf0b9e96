// src/orders.ts: the function behind GET /orders
import Session from "supertokens-node/recipe/session";
import { middleware } from "supertokens-node/framework/awsLambda";
import middy from "@middy/core";

export const handler = middy(
  async (event: any, context: any) => {
    const session = await Session.getSession(event, event);
    return { statusCode: 200, body: JSON.stringify(await ordersOf(session.getUserId())) };
  }
);
