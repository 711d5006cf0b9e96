import SuperTokens from "supertokens-web-js";
import Session from "supertokens-web-js/recipe/session";
import EmailPassword from "supertokens-web-js/recipe/emailpassword";

SuperTokens.init({
  appInfo: {
    appName: "Shop",
    apiDomain: "https://api.example.com",
    apiBasePath: "/auth",
  },
  recipeList: [EmailPassword.init(), Session.init()],
});

export const http = (path: string) => fetch(`https://gateway.example.com${path}`);
