import CookieManager from "@react-native-cookies/cookies";
import { WebView } from "react-native-webview";

export async function openPartnerShop(navigation: any) {
  // the partner's shop must not see the last customer
  await CookieManager.clearAll(true);
  navigation.navigate("Partner", { uri: "https://partner.net/shop" });
}
