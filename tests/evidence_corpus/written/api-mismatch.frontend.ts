SuperTokens.init({
  appInfo: {
    appName: "Shop",
    apiDomain: "https://api.example.com",
    apiBasePath: "/api/auth",
  },
  recipeList: [Session.init(), EmailPassword.init()],
});
