// pages/dashboard.tsx
import type { GetServerSideProps } from "next";

export const getServerSideProps: GetServerSideProps = async () => {
  const response = await fetch("https://api.example.com/sessioninfo");
  console.log("sessioninfo", response.status);
  if (response.status === 401) {
    return { redirect: { destination: "/auth", permanent: false } };
  }
  return { props: { session: await response.json() } };
};

export default function Dashboard({ session }: { session: { userId: string } }) {
  return <main>Hello {session.userId}</main>;
}
