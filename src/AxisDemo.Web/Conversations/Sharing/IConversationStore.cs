using AxisDemo.Formats;

namespace AxisDemo.Web.Conversations;

/// <summary>What the maker of a share link gets.</summary>
/// <param name="Id">Names the conversation: whoever knows it can read it. 128 bits of chance.</param>
/// <param name="Key">Deletes it: for its maker alone. 128 bits of chance.</param>
/// <param name="Expires">When it is forgotten, UTC; null: never.</param>
public sealed record Share(string Id, string Key, DateTimeOffset? Expires);

/// <summary>A shared conversation.</summary>
/// <param name="Json">The file, UTF-8.</param>
/// <param name="Created">When it was shared, UTC.</param>
/// <param name="Expires">When it is forgotten, UTC; null: never.</param>
public sealed record SharedConversation(byte[] Json, DateTimeOffset Created, DateTimeOffset? Expires);

/// <summary>Keeps conversations that visitors share. Members may be called from any thread.</summary>
public interface IConversationStore
{
    /// <summary>Longest reason of a report that is kept, characters.</summary>
    const int LongestReason = 1000;

    /// <summary>Keeps a conversation.</summary>
    /// <exception cref="InputException">It is too large, the store is full, or it cannot be written.</exception>
    Share Add(ReadOnlyMemory<byte> json);

    /// <summary>The conversation of an id; null when there is none (any more).</summary>
    /// <exception cref="InputException">The store cannot be read.</exception>
    SharedConversation? Find(string id);

    /// <summary>Deletes a conversation; false when there is none of this id and key.</summary>
    /// <exception cref="InputException">The store cannot be written.</exception>
    bool Delete(string id, string key);

    /// <summary>Notes that a reader objects to a conversation, once for each; false when there is none.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="reader">Tells readers apart: an address. Kept as a hash.</param>
    /// <param name="reason">The reader's words; cut to <see cref="LongestReason"/>.</param>
    /// <exception cref="InputException">The store cannot be written.</exception>
    bool Report(string id, string reader, string reason);
}
