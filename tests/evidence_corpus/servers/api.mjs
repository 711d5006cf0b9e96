// The product's backend SDK in an Express app, misconfigured as SETUP says. Debug lines of the SDK go to stderr.
import { createServer } from "node:https";
import { readFileSync } from "node:fs";
import cors from "cors";
import express from "express";
import supertokens from "supertokens-node";
import { errorHandler, middleware } from "supertokens-node/framework/express/index.js";
import EmailPassword from "supertokens-node/recipe/emailpassword/index.js";
import EmailVerification from "supertokens-node/recipe/emailverification/index.js";
import Session from "supertokens-node/recipe/session/index.js";
import ThirdParty from "supertokens-node/recipe/thirdparty/index.js";
import UserRoles from "supertokens-node/recipe/userroles/index.js";
import { verifySession } from "supertokens-node/recipe/session/framework/express/index.js";

const {
  port, tls, core, appInfo, session = {}, claims = {}, emailVerification, providers,
  corsOptions = { origin: appInfo.websiteDomain, credentials: true },  // of the cors package; null: no CORS at all
  corsAfterSdk = false,
  mountAt = "/",          // where the SDK's middleware is mounted
  answersEverything = "", // HTML with which unknown routes answer 200
  overwrites = {},        // response headers that a layer around the SDK forces, by path ("*": all)
  presets = {},           // response headers that a layer before the SDK sets
  clockAheadSeconds = 0,  // of the Date header: the host's clock is wrong
  callsUserRoles = false, // an own API uses a recipe that init does not list
} = JSON.parse(process.env.SETUP);

supertokens.init({
  debug: true,
  framework: "express",
  supertokens: { connectionURI: core },
  appInfo: { appName: "Shop", ...appInfo },
  recipeList: [
    EmailPassword.init(),
    ...(providers ? [ThirdParty.init({ signInAndUpFeature: { providers } })] : []),
    ...(emailVerification ? [EmailVerification.init({ mode: "REQUIRED" })] : []),
    Session.init({
      ...session,
      override: {
        functions: (original) => ({
          ...original,
          createNewSession: (input) => original.createNewSession({ ...input, accessTokenPayload: { ...input.accessTokenPayload, ...claims } }),
        }),
      },
    }),
  ],
});

const app = express();
app.disable("x-powered-by");
if (!tls) app.enable("x-powered-by");
app.use((request, response, next) => {
  const writeHead = response.writeHead;
  response.writeHead = function (...head) {
    for (const path of ["*", request.path]) {
      for (const [name, value] of Object.entries(overwrites[path] ?? {})) response.setHeader(name, value);
    }
    if (clockAheadSeconds) response.setHeader("date", new Date(Date.now() + clockAheadSeconds * 1000).toUTCString());
    return writeHead.apply(this, head);
  };
  for (const [name, value] of Object.entries(presets)) response.setHeader(name, value);
  next();
});
const allow = corsOptions && cors({ allowedHeaders: ["content-type", ...supertokens.getAllCORSHeaders()], ...corsOptions });
if (allow && !corsAfterSdk) app.use(allow);
app.use(mountAt, middleware());
if (allow && corsAfterSdk) app.use(allow);

app.get("/products", (request, response) => response.json([{ id: 1, name: "Kettle" }, { id: 2, name: "Toaster" }]));
app.get("/sessioninfo", verifySession(), (request, response) => response.json({ userId: request.session.getUserId() }));
app.post("/comment", verifySession(), (request, response) => response.json({ status: "OK" }));
app.get("/orders", verifySession(), (request, response) => response.status(401).json({ error: "your plan does not include orders" }));
app.get("/legacy", verifySession(), (request, response) =>
  response.status(401).set("www-authenticate", "Token").json({ detail: "Authentication credentials were not provided." }));
app.post("/graphql", express.json(), async (request, response) => {
  const session = await Session.getSession(request, response, { sessionRequired: false }).catch(() => undefined);
  response.json(session ? { data: { me: { id: session.getUserId() } } }
    : { errors: [{ message: "Not authenticated", path: ["me"], extensions: { code: "UNAUTHENTICATED" } }], data: null });
});
app.post("/webhook", async (request, response) => {
  await Session.createNewSession(request, response, "public", supertokens.convertToRecipeUserId("7f2c7d3c-21f5-4d6e-9d0a-0a9f5e2f7b11"));
  response.json({ ok: true });
});
if (callsUserRoles) {
  app.get("/roles", verifySession(), async (request, response) => response.json(await UserRoles.getRolesForUser("public", request.session.getUserId())));
}
if (answersEverything) app.use((request, response) => response.status(200).type("html").send(answersEverything));
app.use(errorHandler());

const server = tls ? createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) }, app) : app;
server.listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
