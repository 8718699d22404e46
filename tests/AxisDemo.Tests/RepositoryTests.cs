namespace AxisDemo.Tests;

public class RepositoryTests
{
    [Fact]
    public void The_embedded_model_is_in_the_checkout() => Assert.True(File.Exists(Repository.Model));
}
