Multitenancy.init({
  override: {
    functions: (oI) => ({
      ...oI,
      getTenantId: async () => window.location.host.split(".example.com")[0].replace("app", ""),
    }),
  },
}),
