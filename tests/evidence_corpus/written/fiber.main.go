package main

import (
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/supertokens/supertokens-golang/recipe/session"
	"github.com/supertokens/supertokens-golang/supertokens"
)

func main() {
	app := fiber.New()
	app.Use(adaptor.HTTPMiddleware(supertokens.Middleware))
	app.Get("/sessioninfo", verifySession(nil), sessionInfo)
	app.Listen(":3001")
}

func sessionInfo(c *fiber.Ctx) error {
	s := session.GetSessionFromRequestContext(c.UserContext())
	return c.JSON(fiber.Map{"userId": s.GetUserID()})
}
