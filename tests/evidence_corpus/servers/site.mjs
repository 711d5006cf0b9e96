// The website: one page that loads the product's frontend SDK and calls SuperTokens.init with window.CONFIG.
// SETUP: {"port", "tls", "bundles": folder of the SDK's bundles, "config": frontend init, "host": name of the page}
import http from "node:http";
import https from "node:https";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const { port, tls, bundles, config, basePath = "/", notFound = false, headers = {}, inFrameOf } = JSON.parse(process.env.SETUP);
const scripts = Object.fromEntries(
  readdirSync(bundles).filter((name) => /^(supertokens|website|dateprovider|session|emailpassword|thirdparty|multitenancy)\./.test(name)).map((name) => [name.split(".")[0], name]));
const order = ["dateprovider", "website", "supertokens", "session", "emailpassword", "thirdparty", "multitenancy"].filter((name) => scripts[name]);
const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,"></head>
<body><h1>Shop</h1><p id="state"></p>
${order.map((name) => `<script src="/assets/${scripts[name]}"></script>`).join("\n")}
<script src="/assets/app.js"></script></body></html>`;
const app = `window.CONFIG = ${JSON.stringify(config)};
${readFileSync(new URL("app.js", import.meta.url), "utf8")}`;

function answer(request, response) {
  const path = new URL(request.url, "http://site").pathname;
  const bundle = path.startsWith("/assets/") ? path.slice("/assets/".length) : "";
  if (bundle === "app.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(app);
  if (Object.values(scripts).includes(bundle)) return response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(join(bundles, bundle)));
  if (path === "/embed") return response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>Partner portal</title><iframe src="${inFrameOf}" width="600" height="400"></iframe>`);
  if (notFound && path !== basePath) return response.writeHead(404, { "content-type": "text/html" }).end("<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n");
  return response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers }).end(page);
}

(tls ? https.createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) }, answer) : http.createServer(answer))
  .listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
