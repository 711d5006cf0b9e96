Future<void> refresh() async {
  final response = await http.post(
    Uri.parse('$apiDomain/auth/session/refresh'),
    headers: {
      'st-auth-mode': 'header',
      'rid': 'session',
      'st-refresh-token': await storage.read(key: 'refresh') ?? '',
    },
  );
  if (response.statusCode == 401) {
    await logout();
  }
}
