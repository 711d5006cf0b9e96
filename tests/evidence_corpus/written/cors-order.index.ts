const app = express();

app.use(middleware());

app.use(cors({
  origin: "https://app.example.com",
  allowedHeaders: ["content-type", ...supertokens.getAllCORSHeaders()],
  credentials: true,
}));

app.use(errorHandler());
