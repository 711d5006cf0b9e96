const router = createBrowserRouter([
  { path: "/", element: <Home /> },
  ...getSuperTokensRoutesForReactRouterDom(reactRouterDom, [EmailPasswordPreBuiltUI]),
]);

export default () => <RouterProvider router={router} />;
