EmailPassword.init({
  signUpFeature: {
    emailDelivery: {
      service: new SMTPService({
        smtpSettings: {
          host: "smtp.example.com",
          port: 465,
          secure: true,
          from: { name: "Shop", email: "hello@example.com" },
          authUsername: "hello@example.com",
          password: process.env.SMTP_PASSWORD!,
        },
      }),
    },
  },
}),
