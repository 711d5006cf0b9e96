import { getSuperTokensRoutesForReactRouterDom } from "supertokens-auth-react/ui";
import { EmailPasswordPreBuiltUI } from "supertokens-auth-react/recipe/emailpassword/prebuiltui";
import EmailVerification from "supertokens-auth-react/recipe/emailverification";
import * as reactRouterDom from "react-router-dom";

SuperTokens.init({
  appInfo: { appName: "Shop", apiDomain: "https://api.example.com", websiteDomain: "https://app.example.com" },
  recipeList: [EmailPassword.init(), EmailVerification.init({ mode: "REQUIRED" }), Session.init()],
});

function App() {
  return (
    <SuperTokensWrapper>
      <BrowserRouter>
        <Routes>
          {getSuperTokensRoutesForReactRouterDom(reactRouterDom, [EmailPasswordPreBuiltUI])}
          <Route path="/" element={<Home />} />
        </Routes>
      </BrowserRouter>
    </SuperTokensWrapper>
  );
}
