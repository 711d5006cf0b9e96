import SuperTokens from "supertokens-web-js";
import EmailPassword from "supertokens-web-js/recipe/emailpassword";

SuperTokens.init({
  appInfo: { appName: "Shop", apiDomain: "https://api.example.com", apiBasePath: "/auth" },
  recipeList: [EmailPassword.init()],
});
