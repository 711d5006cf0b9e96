// What a shop's own code does. CONFIG: {init: argument of SuperTokens.init, session: of Session.init, api: origin of own calls,
// ownFetch: "captured" keeps the fetch of before init, credentials: of own calls, authorization: sets the header by hand}
const { init, session, api, ownFetch, credentials, authorization, thirdParty, noSession } = window.CONFIG;
const fetchBeforeInit = window.fetch.bind(window);

supertokens.init({
  ...init,
  recipeList: [
    ...(noSession ? [] : [supertokensSession.init(session)]),
    supertokensEmailPassword.init(),
    ...(thirdParty ? [supertokensThirdParty.init()] : []),
    supertokensMultitenancy.init(),
  ],
});

const client = ownFetch === "captured" ? fetchBeforeInit : (...request) => window.fetch(...request);
let token;

window.app = {
  async signIn() {
    const answer = await supertokensEmailPassword.signIn({
      formFields: [{ id: "email", value: "ada@example.com" }, { id: "password", value: "correct horse 7" }],
    });
    if (authorization) token = await supertokensSession.getAccessToken();
    document.getElementById("state").textContent = answer.status;
  },
  async call(path, method = "GET") {
    const headers = { ...(method === "POST" ? { "content-type": "application/json" } : {}), ...(authorization ? { Authorization: `Bearer ${token}` } : {}) };
    const answer = await client(`${api}${path}`, { method, headers, ...(method === "POST" ? { body: JSON.stringify({ text: "hello" }) } : {}), ...(credentials ? { credentials } : {}) });
    document.getElementById("state").textContent = `${path} ${answer.status}`;
  },
  async hasSession() {
    document.getElementById("state").textContent = await supertokensSession.doesSessionExist();
  },
};
