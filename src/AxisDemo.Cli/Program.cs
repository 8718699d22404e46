using AxisDemo.Cli;

var surroundings = Surroundings.OfProcess();
using var interrupt = new Interrupt(surroundings);
return await CommandLine.RunAsync(args, surroundings, interrupt.Token);
