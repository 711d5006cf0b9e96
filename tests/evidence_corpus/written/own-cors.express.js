app.use(cors({
  origin: process.env.WEBSITE_URL,
  credentials: true,
  allowedHeaders: ["content-type", ...supertokens.getAllCORSHeaders()],
}));
