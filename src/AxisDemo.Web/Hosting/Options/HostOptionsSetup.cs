namespace AxisDemo.Web.Hosting;

/// <summary>Binds the host's options: what is malformed, out of range or not known stops the start and is named.</summary>
public static class HostOptionsSetup
{
    /// <summary>Registers every section.</summary>
    public static IServiceCollection AddHostOptions(this IServiceCollection services) => services
        .AddSection<EngineSettings>(EngineSettings.Section)
        .AddSection<LimitOptions>(LimitOptions.Section)
        .AddSection<AccessOptions>(AccessOptions.Section)
        .AddSection<SharingOptions>(SharingOptions.Section);

    private static IServiceCollection AddSection<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddOptions<TOptions>().BindConfiguration(section, o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }
}
