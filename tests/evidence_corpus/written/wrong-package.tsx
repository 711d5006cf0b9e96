import SuperTokens, { SuperTokensWrapper } from "supertokens-auth-react";
import EmailPassword from "supertokens-auth-react/recipe/emailpassword";
import SessionReact from "supertokens-auth-react/recipe/session";
import Session from "supertokens-website";
import { useEffect, useState } from "react";

SuperTokens.init({
  appInfo: { appName: "Shop", apiDomain: "https://api.example.com", websiteDomain: "https://app.example.com" },
  recipeList: [EmailPassword.init(), SessionReact.init()],
});

export function Header() {
  const [signedIn, setSignedIn] = useState(false);
  useEffect(() => {
    Session.doesSessionExist().then(setSignedIn);
  }, []);
  return <SuperTokensWrapper>{signedIn ? <a href="/logout">Log out</a> : <a href="/auth">Log in</a>}</SuperTokensWrapper>;
}
