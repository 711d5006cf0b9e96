import axios from "axios";
import SuperTokens from "supertokens-web-js";
import Session from "supertokens-web-js/recipe/session";

const client = axios.create({ baseURL: "https://api.example.com", withCredentials: true });

client.interceptors.response.use(
  (response) => response,
  async (error) => {
    if (error.response?.status === 401) {
      await axios.post("https://api.example.com/auth/session/refresh", {}, { withCredentials: true });
      return client.request(error.config);
    }
    return Promise.reject(error);
  }
);

SuperTokens.init({
  appInfo: { appName: "Shop", apiDomain: "https://api.example.com" },
  recipeList: [Session.init()],
});
export default client;
