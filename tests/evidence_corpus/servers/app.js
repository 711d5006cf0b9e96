// What a shop's own code does. CONFIG: {init: argument of SuperTokens.init, session: of Session.init, api: origin of own
// calls, and at most one habit that gets in the SDK's way, named below}
const {
  init, session, api, thirdParty,
  fetchBeforeInit = false,    // own calls keep the fetch of before init
  loginOn401 = false,         // an own wrapper below the SDK leaves the page on the first 401
  withoutSessionRecipe = false,
  lateInit = false,           // init runs after the first own calls
  credentials, authorization, // of own calls: an explicit credentials mode; the access token, read once
  tenantId,                   // what an overridden getTenantId returns
} = window.CONFIG;
const browsersFetch = window.fetch.bind(window);

if (loginOn401) {
  window.fetch = async (...request) => {
    const answer = await browsersFetch(...request);
    if (answer.status === 401) window.location.href = "/login?expired=1";
    return answer;
  };
}

function initialise() {
  const multitenancy = tenantId === undefined ? {} : {
    override: { functions: (original) => ({ ...original, getTenantId: async () => tenantId }) },
  };
  supertokens.init({
    ...init,
    recipeList: [
      ...(withoutSessionRecipe ? [] : [supertokensSession.init(session)]),
      supertokensEmailPassword.init(),
      ...(thirdParty ? [supertokensThirdParty.init()] : []),
      supertokensMultitenancy.init(multitenancy),
    ],
  });
}
if (!lateInit) initialise();

const client = fetchBeforeInit ? browsersFetch : (...request) => window.fetch(...request);
let token;

function show(text) {
  document.getElementById("state").textContent = text;
}

window.app = {
  initialise,
  async signIn() {
    const answer = await supertokensEmailPassword.signIn({
      formFields: [{ id: "email", value: "ada@example.com" }, { id: "password", value: "correct horse 7" }],
    });
    if (authorization) token = await supertokensSession.getAccessToken();
    show(answer.status);
  },
  async call(path, method = "GET", body = { text: "hello" }) {
    const answer = await client(`${api}${path}`, {
      method,
      headers: {
        ...(method === "POST" ? { "content-type": "application/json" } : {}),
        ...(authorization ? { Authorization: `Bearer ${token}` } : {}),
      },
      ...(method === "POST" ? { body: JSON.stringify(body) } : {}),
      ...(credentials ? { credentials } : {}),
    });
    show(`${path} ${answer.status}`);
  },
  async hasSession() {
    show(await supertokensSession.doesSessionExist());
  },
  async startLogin(options = {}) {
    return await supertokensThirdParty.getAuthorisationURLWithQueryParamsAndSetState({
      thirdPartyId: "google", frontendRedirectURI: `${window.location.origin}/auth/callback/google`, ...options,
    });
  },
  async finishLogin() {
    const answer = await supertokensThirdParty.signInAndUp();
    show(answer.status);
  },
  track(url) {
    return browsersFetch(url, { method: "POST", body: "{}" });
  },
};
