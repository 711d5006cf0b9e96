err := supertokens.Init(supertokens.TypeInput{
	Supertokens: &supertokens.ConnectionInfo{ConnectionURI: "http://core:3567"},
	AppInfo: supertokens.AppInfo{
		AppName:       "Shop",
		APIDomain:     "https://api.example.com",
		WebsiteDomain: "https://app.example.com",
		APIBasePath:   ptr("/auth"),
	},
	RecipeList: []supertokens.Recipe{emailpassword.Init(nil), session.Init(nil)},
})
