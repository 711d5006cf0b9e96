const Session = require("supertokens-node/recipe/session");

module.exports = [
    require("supertokens-node/recipe/emailpassword").init(),
    Session.init({
        cookieSameSite: "none",
        cookieSecure: false,   // TODO https
    }),
];
