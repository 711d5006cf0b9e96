// app/routes/auth.callback.google.tsx
export async function loader({ request }: LoaderFunctionArgs) {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  await fetch(`${process.env.API_URL}/auth/signinup`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      thirdPartyId: "google",
      redirectURIInfo: {
        redirectURIOnProviderDashboard: "https://app.example.com/auth/callback/google",
        redirectURIQueryParams: query,
      },
    }),
  });
  return null;
}

export default function Callback() {
  useEffect(() => {
    ThirdParty.signInAndUp().then(() => navigate("/"));
  }, []);
  return <Spinner />;
}
