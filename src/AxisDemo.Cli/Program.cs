using System.Globalization;
using AxisDemo.Cli;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
using var interrupt = new Interrupt();
return await CommandLine.RunAsync(args, Surroundings.OfProcess(), interrupt.Token);
