namespace AxisDemo.Formats;

/// <summary>Takes a warning about a model's file: the model runs, and its user should know.</summary>
/// <param name="file">The file.</param>
/// <param name="key">The key it is about.</param>
/// <param name="text">What is missing or not applied, and what is done instead; one plain sentence.</param>
public delegate void ModelWarning(string file, string key, string text);
