"""What code and configuration show, and what looks like it."""

from tests.kb_findings.recorded import BY_SDK, TRY_REFRESH, call, debug_log, fails, holds, near_miss, sign_in


def frontend(app_info: str) -> tuple[str, str]:
    return "src/auth.ts", f'import S from "supertokens-auth-react";\nS.init({{ appInfo: {{ {app_info} }} }});'


def backend(app_info: str) -> tuple[str, str]:
    return "api/auth.ts", f'import S from "supertokens-node";\nS.init({{ appInfo: {{ {app_info} }} }});'


ADDRESSES = 'apiDomain: "https://api.example.com", websiteDomain: "https://app.example.com"'

CASES = [
    holds(
        "api-domain-differs-from-request-host",
        frontend('apiDomain: "https://a.com"'),
        backend('apiDomain: "https://b.com"'),
    ),
    fails(
        "api-domain-differs-from-request-host",
        frontend('apiDomain: "https://a.com"'),
        backend('apiDomain: "https://a.com"'),
    ),
    near_miss(
        "api-domain-differs-from-request-host",
        frontend('apiDomain: "https://a.com"'),
        frontend('apiDomain: "https://b.com"'),
    ),
    near_miss(
        "api-domain-differs-from-request-host",
        frontend("apiDomain: process.env.API"),
        backend('apiDomain: "https://b.com"'),
    ),
    holds(
        "api-domain-differs-from-request-host",
        frontend("apiDomain: process.env.API"),
        (".env", "API=https://a.com"),
        backend('apiDomain: "https://b.com"'),
    ),
    holds("api-base-path-differs", frontend('apiBasePath: "/api/auth"'), backend('apiBasePath: "/auth"')),
    holds("api-base-path-differs", frontend('apiBasePath: "/api/auth"'), backend(ADDRESSES)),
    holds("api-base-path-differs", frontend(ADDRESSES), backend('apiBasePath: "/api/auth"')),
    holds("api-base-path-differs", sign_in(request="POST /api/auth/signin"), backend('apiBasePath: "/auth"')),
    holds("api-base-path-differs", debug_log("core-call: GET http://core:3567/auth/recipe/multitenancy/tenant/v2")),
    holds(
        "api-base-path-differs",
        debug_log(
            "AppId or tenantId not found => Tenant with the following connectionURIDomain, appId and tenantId "
            "combination not found: (, public, auth)"
        ),
    ),
    holds(
        "api-base-path-differs",
        debug_log(
            "middleware: Not handling because request path did not start with config path. Request path: /v1/auth/signin"
        ),
    ),
    fails("api-base-path-differs", frontend('apiBasePath: "/api"'), backend('apiBasePath: "/api"')),
    # The gateway's path is told; the default is written out; and other routes are none of the SDK's.
    near_miss(
        "api-base-path-differs",
        frontend('apiBasePath: "/dev/auth"'),
        backend('apiDomain: "https://a.com", apiGatewayPath: "/dev"'),
    ),
    near_miss("api-base-path-differs", frontend('apiBasePath: "/auth"'), backend(ADDRESSES)),
    near_miss(
        "api-base-path-differs",
        debug_log(
            "middleware: Not handling because request path did not start with config path. Request path: /orders"
        ),
    ),
    near_miss(
        "api-base-path-differs", debug_log("core-call: GET http://core:3567/public/recipe/multitenancy/tenant/v2")
    ),
    holds(
        "website-domain-differs-between-sides",
        frontend('websiteDomain: "https://www.a.com"'),
        backend('websiteDomain: "https://a.com"'),
    ),
    fails("website-domain-differs-between-sides", frontend(ADDRESSES), backend(ADDRESSES)),
    holds("website-base-path-differs", frontend('websiteBasePath: "/login"'), backend('websiteBasePath: "/auth"')),
    holds("website-base-path-differs", frontend('websiteBasePath: "/login"'), backend(ADDRESSES)),
    holds("website-base-path-differs", frontend(ADDRESSES), backend('websiteBasePath: "/login"')),
    fails("website-base-path-differs", frontend('websiteBasePath: "/login"'), backend('websiteBasePath: "/login"')),
    holds("api-domain-has-path", frontend('apiDomain: "https://api.example.com/v1"')),
    fails("api-domain-has-path", frontend('apiDomain: "https://api.example.com/"')),
    holds("middleware-mounted-below-path", ("a.ts", 'app.use("/api", middleware());')),
    fails("middleware-mounted-below-path", ("a.ts", "app.use(middleware());")),
    near_miss("middleware-mounted-below-path", ("a.ts", 'app.use("/api", verifyStripe());')),
    holds("own-interceptor-present", ("a.ts", "axios.interceptors.response.use((r) => r);")),
    holds(
        "own-interceptor-present", ("a.ts", "const original = window.fetch;\nwindow.fetch = (...a) => original(...a);")
    ),
    near_miss("own-interceptor-present", ("a.ts", "import S from 'supertokens-web-js';\naddAxiosInterceptors(axios);")),
    holds("double-slash-in-path", ("a.ts", 'getTenantId: async () => ""')),
    holds("double-slash-in-path", ("a.ts", 'getTenantId: async () => localStorage.getItem("t") ?? ""')),
    near_miss("double-slash-in-path", ("a.ts", "getTenantId: async () => tid ? tid : undefined")),
    holds("app-touches-cookie-jar", ("a.ts", "await CookieManager.clearAll(true);")),
    near_miss("app-touches-cookie-jar", ("a.ts", 'await CookieManager.get("https://a.com");')),
    holds("recipe-missing-from-recipe-list", ("a.ts", "S.init({ recipeList: [EmailPassword.init()] });")),
    near_miss(
        "recipe-missing-from-recipe-list", ("a.ts", "S.init({ recipeList: [EmailPassword.init(), Session.init()] });")
    ),
    holds(
        "client-code-imports-supertokens-node",
        ("a.tsx", '"use client";\nimport S from "supertokens-node/recipe/session";'),
    ),
    near_miss("client-code-imports-supertokens-node", ("a.ts", 'import S from "supertokens-node/recipe/session";')),
    holds("browser-code-uses-another-fetch", ("a.ts", 'import fetch from "node-fetch";')),
    holds("browser-code-uses-another-fetch", ("a.ts", "const send = window.fetch;")),
    near_miss(
        "browser-code-uses-another-fetch",
        ("a.ts", 'import S from "supertokens-node";\nimport fetch from "node-fetch";'),
    ),
    holds("request-made-by-server", ("a.tsx", "export async function getServerSideProps() { return { props: {} }; }")),
    near_miss("request-made-by-server", ("a.tsx", "export function Page() { return null; }")),
    holds("routes-are-objects", ("a.tsx", "const router = createBrowserRouter([{ path: '/' }]);")),
    near_miss("routes-are-objects", ("a.tsx", "<BrowserRouter><Routes /></BrowserRouter>")),
    holds("app-loads-prebuilt-ui-script", ("a.ts", "supertokensUIInit({ appInfo: {} });")),
    holds("app-loads-prebuilt-ui-script", ("a.ts", 's.src = "https://cdn.x/supertokens/prebuiltui@v1/main.js";')),
    near_miss("app-loads-prebuilt-ui-script", ("a.ts", 'import S from "supertokens-auth-react";')),
    holds("several-clients-configured", ("a.ts", 'clients: [{ clientId: "a" }, { clientId: "b" }],')),
    holds(
        "several-clients-configured",
        (
            "a.py",
            'f(ProviderClientConfig(client_type="web", client_id="a"), ProviderClientConfig(client_type="ios", client_id="b"))',
        ),
    ),
    fails("several-clients-configured", ("a.ts", 'clients: [{ clientId: "a" }],')),
    holds("runs-on-bun", ("package.json", '{"scripts": {"start": "bun run src/index.ts"}}')),
    fails("runs-on-bun", ("package.json", '{"scripts": {"start": "node dist/index.js"}}')),
    near_miss("runs-on-bun", ("package.json", '{"scripts": {"bundle": "node bundle.js"}}')),
    holds("backend-is-go-fiber", ("a.go", 'import "github.com/gofiber/fiber/v2"')),
    holds("backend-is-go-fiber", ("a.go", "app.Use(adaptor.HTTPMiddleware(supertokens.Middleware))")),
    near_miss("backend-is-go-fiber", ("a.go", 'import "github.com/gin-gonic/gin"')),
    holds("app-is-sveltekit", ("package.json", '{"devDependencies": {"@sveltejs/kit": "1.20.4"}}')),
    holds("app-is-sveltekit", ("a.ts", 'import { redirect } from "@sveltejs/kit";')),
    near_miss("app-is-sveltekit", ("package.json", '{"devDependencies": {"svelte": "5"}}')),
    holds("app-is-react-native", ("a.ts", 'import { View } from "react-native";')),
    holds("app-is-react-native", ("package.json", '{"dependencies": {"react-native": "0.80"}}')),
    near_miss("app-is-react-native", ("package.json", '{"dependencies": {"react": "19"}}')),
    near_miss("request-lacks-cookies", ("a.ts", 'fetch("/x", { credentials: "include" });')),
    near_miss(
        "write-request-lacks-rid",
        call("POST /x", 401, headers={**BY_SDK, "cookie": "sAccessToken=a"}, received=TRY_REFRESH),
    ),
    holds("session-missing-from-recipe-list", ("a.ts", "S.init({ recipeList: [EmailPassword.init()] });")),
    fails("session-missing-from-recipe-list", ("a.py", "init(recipe_list=[emailpassword.init(), session.init()])")),
]
