import SuperTokens from "supertokens-auth-react";
import ThirdParty, { Google } from "supertokens-auth-react/recipe/thirdparty";
import Session from "supertokens-auth-react/recipe/session";
import { signOut } from "supertokens-auth-react/recipe/emailpassword";

SuperTokens.init({
  appInfo: { appName: "Shop", apiDomain: "https://api.example.com", websiteDomain: "https://app.example.com" },
  recipeList: [ThirdParty.init({ signInAndUpFeature: { providers: [Google.init()] } }), Session.init()],
});

export const Logout = () => <button onClick={() => signOut()}>Log out</button>;
