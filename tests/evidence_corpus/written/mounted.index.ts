import express from "express";
import cors from "cors";
import supertokens from "supertokens-node";
import { middleware, errorHandler } from "supertokens-node/framework/express";
import "./supertokens";

const app = express();
app.use(cors({ origin: "https://app.example.com", allowedHeaders: ["content-type", ...supertokens.getAllCORSHeaders()], credentials: true }));
app.use("/api", middleware());
app.use("/api", require("./routes"));
app.use(errorHandler());
app.listen(3001);
