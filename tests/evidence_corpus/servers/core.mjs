// Stand-in of the core: just the calls that the SDK makes for a password login, sessions and the public tenant.
// SETUP: {"port", "validity": seconds an access token lives}
import { createServer } from "node:http";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { SignJWT, exportJWK, generateKeyPair } from "jose";

const { port, validity = 3600 } = JSON.parse(process.env.SETUP);
const { publicKey, privateKey } = await generateKeyPair("RS256");
const kid = "d-1764487000000";
const users = new Map();
const sessions = new Map();

function userOf(email) {
  if (!users.has(email)) {
    const id = randomUUID();
    users.set(email, {
      id, timeJoined: 1764400000000, isPrimaryUser: false, tenantIds: ["public"], emails: [email], phoneNumbers: [],
      thirdParty: [], webauthn: { credentialIds: [] },
      loginMethods: [{ recipeId: "emailpassword", recipeUserId: id, tenantIds: ["public"], email, verified: false, timeJoined: 1764400000000 }],
    });
  }
  return users.get(email);
}

async function tokensOf(session) {
  const now = Math.floor(Date.now() / 1000);
  const refreshToken = randomBytes(72).toString("base64url");
  session.refreshToken = refreshToken;
  const token = await new SignJWT({
    ...session.userDataInJWT, sessionHandle: session.handle, tId: "public", rsub: session.userId,
    refreshTokenHash1: createHash("sha256").update(refreshToken).digest("hex"), parentRefreshTokenHash1: null, antiCsrfToken: session.antiCsrfToken ?? null,
  }).setProtectedHeader({ alg: "RS256", kid, typ: "JWT", version: "5" }).setSubject(session.userId).setIssuedAt(now).setExpirationTime(now + validity).sign(privateKey);
  const { handle, userId, userDataInJWT } = session;
  return {
    status: "OK", session: { handle, userId, recipeUserId: userId, tenantId: "public", userDataInJWT },
    accessToken: { token, expiry: (now + validity) * 1000, createdTime: now * 1000 },
    refreshToken: { token: refreshToken, expiry: (now + 8640000) * 1000, createdTime: now * 1000 },
    antiCsrfToken: session.antiCsrfToken,
  };
}

const ROUTES = {
  "GET /apiversion": () => ({ versions: ["5.0", "5.1", "5.2", "5.3", "5.4"] }),
  "GET /.well-known/jwks.json": async () => ({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" }] }),
  "GET /recipe/multitenancy/tenant/v2": () => ({
    status: "OK", tenantId: "public", thirdParty: { providers: [] }, coreConfig: {},
  }),
  "POST /recipe/signin": ({ email }) => ({ status: "OK", user: userOf(email), recipeUserId: userOf(email).id }),
  "POST /recipe/signinup": ({ email }) => ({ status: "OK", createdNewUser: false, user: userOf(email.id), recipeUserId: userOf(email.id).id }),
  "GET /user/id": (_, query) => {
    const user = [...users.values()].find((candidate) => candidate.id === query.get("userId"));
    return user ? { status: "OK", user } : { status: "UNKNOWN_USER_ID_ERROR" };
  },
  "GET /users/by-accountinfo": (_, query) => ({ status: "OK", users: query.has("email") ? [userOf(query.get("email"))] : [] }),
  "POST /recipe/session": ({ userId, userDataInJWT, enableAntiCsrf }) => {
    const session = { handle: randomUUID(), userId, userDataInJWT, antiCsrfToken: enableAntiCsrf ? randomUUID() : undefined };
    sessions.set(session.handle, session);
    return tokensOf(session);
  },
  "POST /recipe/session/refresh": ({ refreshToken }) => {
    const session = [...sessions.values()].find((candidate) => candidate.refreshToken === refreshToken);
    return session ? tokensOf(session) : { status: "UNAUTHORISED", message: "Refresh token not found" };
  },
  "POST /recipe/session/remove": ({ sessionHandles = [] }) => {
    sessionHandles.forEach((handle) => sessions.delete(handle));
    return { status: "OK", sessionHandlesRevoked: sessionHandles };
  },
  "POST /recipe/session/verify": () => ({ status: "TRY_REFRESH_TOKEN", message: "" }),
  "GET /recipe/user/email/verify": () => ({ status: "OK", isVerified: false }),
};

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const url = new URL(request.url, "http://core");
  const [, tenant, path] = url.pathname.match(/^(\/[a-zA-Z0-9-]+)??(\/(?:recipe|users?|apiversion|\.well-known)(?:\/.*)?)$/) ?? [];
  if (tenant && tenant !== "/public") {
    response.writeHead(400).end(`AppId or tenantId not found => Tenant with the following connectionURIDomain, appId and tenantId combination not found: (, public, ${tenant.slice(1)})`);
    return;
  }
  const route = ROUTES[`${request.method} ${path}`];
  if (!route) {
    process.stderr.write(`core: no ${request.method} ${request.url}\n`);
    response.writeHead(404).end("Not found");
    return;
  }
  const answer = await route(chunks.length ? JSON.parse(Buffer.concat(chunks)) : {}, url.searchParams);
  response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(answer));
}).listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
