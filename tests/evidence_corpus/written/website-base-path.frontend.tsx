SuperTokens.init({
  appInfo: {
    appName: "Shop",
    apiDomain: "https://api.example.com",
    websiteDomain: "https://app.example.com",
    apiBasePath: "/auth",
    websiteBasePath: "/auth",
  },
  recipeList: [EmailPassword.init(), Session.init()],
});

export default function App() {
  return (
    <SuperTokensWrapper>
      <BrowserRouter>
        <Routes>
          {getSuperTokensRoutesForReactRouterDom(reactRouterDom, [EmailPasswordPreBuiltUI])}
          <Route path="/" element={<SessionAuth><Home /></SessionAuth>} />
        </Routes>
      </BrowserRouter>
    </SuperTokensWrapper>
  );
}
