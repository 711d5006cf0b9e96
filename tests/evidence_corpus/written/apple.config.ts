ThirdParty.init({
  signInAndUpFeature: {
    providers: [{
      config: {
        thirdPartyId: "apple",
        clients: [{
          clientId: "com.acme.shop.signin",
          additionalConfig: { keyId: process.env.APPLE_KEY_ID!, teamId: process.env.APPLE_TEAM_ID!, privateKey: process.env.APPLE_PRIVATE_KEY! },
        }],
      },
    }],
  },
}),
