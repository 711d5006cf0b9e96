Passwordless.init({
  flowType: "MAGIC_LINK",
  contactMethod: "EMAIL",
  emailDelivery: {
    override: (original) => ({
      ...original,
      sendEmail: async (input) => {
        await original.sendEmail({ ...input, urlWithLinkCode: input.urlWithLinkCode + "&redirect=/checkout" });
      },
    }),
  },
}),
