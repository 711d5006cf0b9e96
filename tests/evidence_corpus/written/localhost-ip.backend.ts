supertokens.init({
  framework: "express",
  supertokens: { connectionURI: "http://localhost:3567" },
  appInfo: {
    appName: "Shop",
    apiDomain: "http://localhost:3001",
    websiteDomain: "http://127.0.0.1:3000",
    apiBasePath: "/auth",
    websiteBasePath: "/auth",
  },
  recipeList: [EmailPassword.init(), Session.init()],
});
