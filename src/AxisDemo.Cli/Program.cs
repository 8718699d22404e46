using AxisDemo.Cli;

return await CommandLine.RunAsync(args);
