SuperTokens.init({
  appInfo: {
    appName: "Shop",
    apiDomain: "https://api.example.com",
    websiteDomain: "https://shop-git-main-acme.vercel.app",
  },
  recipeList: [
    EmailPassword.init(),
    Session.init({
      sessionTokenFrontendDomain: ".example.com",
    }),
  ],
});
