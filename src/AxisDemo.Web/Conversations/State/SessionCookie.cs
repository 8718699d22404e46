namespace AxisDemo.Web.Conversations;

/// <summary>The cookie that holds a visitor's conversation id.</summary>
public static class SessionCookie
{
    /// <summary>Gives each visitor of a page an id.</summary>
    public static Task Ensure(HttpContext http, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(http);
        if ((HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)) && (http.Request.Path == "/" || http.Request.Path.StartsWithSegments("/c")))
        {
            var id = http.Request.Cookies[SessionStore.Cookie];
            if (!SessionStore.IsId(id))
            {
                id = SessionStore.NewId();
                http.Response.Cookies.Append(SessionStore.Cookie, id, new CookieOptions
                {
                    // Lax: a visitor who comes by a link from another site keeps the conversation.
                    HttpOnly = true, IsEssential = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps,
                });
            }

            http.Items[SessionStore.Cookie] = id;
        }

        return next(http);
    }

    /// <summary>The id of this request's visitor.</summary>
    public static string Read(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return (string)http.Items[SessionStore.Cookie]!;
    }
}
