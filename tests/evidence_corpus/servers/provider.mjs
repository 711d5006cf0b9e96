// Stand-in of a social provider: authorisation page, token and userinfo endpoint. A code works once, and only with the
// redirect_uri that it was issued for. SETUP: {"port", "issuer": address for the browser, "backend": for the API}
import https from "node:https";
import http from "node:http";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

const { port, backendPort, tls, issuer, alwaysRefuse = false } = JSON.parse(process.env.SETUP);
const backend = `http://127.0.0.1:${backendPort}`;
const codes = new Map();
const tokens = new Map();

function json(response, status, body) {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" }).end(JSON.stringify(body));
}

async function answer(request, response) {
  const url = new URL(request.url, issuer);
  if (url.pathname === "/.well-known/openid-configuration") {
    return json(response, 200, { issuer, authorization_endpoint: `${issuer}/o/oauth2/v2/auth`, token_endpoint: `${backend}/token`, userinfo_endpoint: `${backend}/userinfo` });
  }
  if (url.pathname === "/o/oauth2/v2/auth") {
    const code = `4/0A${randomBytes(32).toString("base64url")}`;
    codes.set(code, { redirectURI: url.searchParams.get("redirect_uri"), scope: url.searchParams.get("scope") });
    const back = new URL(url.searchParams.get("redirect_uri"));
    back.searchParams.set("state", url.searchParams.get("state"));
    back.searchParams.set("code", code);
    back.searchParams.set("scope", url.searchParams.get("scope"));
    return response.writeHead(302, { location: back.href }).end();
  }
  if (url.pathname === "/token") {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const grant = codes.get(form.get("code"));
    codes.delete(form.get("code"));
    if (alwaysRefuse || !grant || grant.redirectURI !== form.get("redirect_uri")) return json(response, 400, { error: "invalid_grant", error_description: "Bad Request" });
    const token = `ya29.${randomBytes(48).toString("base64url")}`;
    tokens.set(token, grant.scope);
    return json(response, 200, { access_token: token, expires_in: 3599, scope: grant.scope, token_type: "Bearer" });
  }
  const scope = tokens.get(request.headers.authorization?.slice("Bearer ".length)) ?? "";
  return json(response, 200, { sub: "104882357713390215521", ...(scope.includes("email") ? { email: "ada@example.com", email_verified: true } : {}) });
}

http.createServer(answer).listen(backendPort, "127.0.0.1");
https.createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) }, answer).listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
