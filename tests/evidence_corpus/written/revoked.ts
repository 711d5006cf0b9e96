import { verifySession } from "supertokens-node/recipe/session/framework/express";

app.post("/admin/ban/:id", verifySession(), async (req, res) => {
  await Session.revokeAllSessionsForUser(req.params.id);
  res.json({ banned: true });
});
app.get("/feed", verifySession(), feed);
