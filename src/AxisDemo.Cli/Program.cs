using System.CommandLine;

var root = new RootCommand("The command line of AxisDemo: run, watch, cap and steer a model along its Assistant Axis.");
return await root.Parse(args).InvokeAsync();
