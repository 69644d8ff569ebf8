using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Chat.Node.Contracts;
using Chat.Node.Links;
using Chat.Node.Storage;

namespace Chat.Node.Users;

/// <summary>
/// The settings of one user, event-sourced: a child of the <see cref="UserActor"/>, made when they are asked for, never
/// for a delivery. Answers when the events are stored and whom they hide is projected. What fails to be stored or read
/// ends it, and the user answers in its place: the next request makes another one, which reads what is true.
/// </summary>
sealed class UserSettingsActor : ReceivePersistentActor, IWithTimers
{
    public const int EventsPerSnapshot = 100;
    const int MaxPurges = 10;
    static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan SnapshotPatience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan PurgeAgainAfter = TimeSpan.FromSeconds(1);

    sealed class SaveAgain : INoSerializationVerificationNeeded, INotInfluenceReceiveTimeout
    {
        public static readonly SaveAgain Instance = new();
    }

    sealed class PurgeAgain : INoSerializationVerificationNeeded
    {
        public static readonly PurgeAgain Instance = new();
    }

    sealed record Projected(HiddenThings Hides, Exception? Failure) : INoSerializationVerificationNeeded;

    readonly int _userId;
    readonly Presence _presence;
    readonly ILoggingAdapter _log = Context.GetLogger();
    readonly UserSettingsState _state;
    readonly List<(long Number, bool IsChanged)> _unprojected = [];

    /// <summary>What the table says; null while that is not known.</summary>
    HiddenThings? _projected;

    bool _isProjecting;
    bool _isSaving;
    long _snapshotAt;
    int _failedSaves;
    int _purges;

    public UserSettingsActor(int userId, Presence presence)
    {
        _userId = userId;
        _presence = presence;
        _state = new UserSettingsState(userId);

        Recover<SnapshotOffer>(OnSnapshot);
        Recover<IUserSettingsEvent>(_state.Apply);
        Recover<RecoveryCompleted>(_ => OnRecovered());

        Command<AskSettings>(OnAsk);
        Command<Projected>(OnProjected);
        Command<SaveSnapshotSuccess>(saved => OnSnapshotSaved(saved.Metadata.SequenceNr));
        Command<SaveSnapshotFailure>(failed => OnSnapshotFailed(failed.Cause));
        Command<DeleteMessagesSuccess>(_ => { });
        Command<DeleteMessagesFailure>(failed => OnPurgeFailed(failed.Cause));
        Command<PurgeAgain>(_ => Purge());
        Command<SaveAgain>(_ => OnSaveAgain());
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteSnapshotsFailure>(_ => { });
        Command<ReceiveTimeout>(_ => Context.Parent.Tell(SettingsIdle.Instance));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public override string PersistenceId => $"user-settings-{_userId}";

    void OnSnapshot(SnapshotOffer offer)
    {
        _state.Restore(offer.Snapshot);
        _snapshotAt = offer.Metadata.SequenceNr;
    }

    void OnRecovered()
    {
        // An earlier life may have ended between the event and the projection. Who never changed anything hides from nobody.
        _projected = LastSequenceNr == 0 ? default(HiddenThings) : null;
        SetReceiveTimeout(IdleLimit);
    }

    void OnAsk(AskSettings ask)
    {
        if (ask.Change is not { } change)
        {
            Answer(ask.Number, isChanged: false);
            return;
        }

        var decision = _state.Decide(change);
        if (decision.Events.Count == 0)
        {
            if (decision.Error == Protocol.ErrorCode.None)
                Answer(ask.Number, isChanged: false);
            else
                Context.Parent.Tell(new SettingsSettled(ask.Number, new SettingsAnswer(decision.Error, decision.Reason, null), null));
            return;
        }

        var missing = decision.Events.Count;
        PersistAll(decision.Events, happened =>
        {
            _state.Apply(happened);
            if (--missing > 0)
                return;
            Answer(ask.Number, isChanged: true);
            SaveSometimes();
        });
    }

    /// <summary>Not before the projection says the same as the events.</summary>
    void Answer(long number, bool isChanged)
    {
        if (_projected == _state.Hides)
        {
            var settings = _state.Settings;
            Context.Parent.Tell(new SettingsSettled(number, new SettingsAnswer(Protocol.ErrorCode.None, "", settings), isChanged ? settings : null));
            return;
        }

        _unprojected.Add((number, isChanged));
        Project();
    }

    void Project()
    {
        if (_isProjecting)
            return;
        _isProjecting = true;
        var hides = _state.Hides;
        _presence.HideAsync(_userId, hides)
            .PipeTo(Self, success: () => new Projected(hides, null), failure: cause => new Projected(hides, cause));
    }

    void OnProjected(Projected projected)
    {
        _isProjecting = false;
        if (projected.Failure is { } cause)
        {
            _log.Warning("the privacy of user {0} could not be written, trying again at the next use: {1}", _userId, cause.Message);
        }
        else
        {
            _projected = projected.Hides;
            Context.Parent.Tell(PrivacyWritten.Instance);
            PresenceRoad.Of(Context.System).TellAll(new PrivacyChanged(_userId, projected.Hides.Presence));
            if (_projected != _state.Hides)
            {
                Project(); // changed meanwhile
                return;
            }
        }

        // A change is stored in any case: the other sessions are told.
        var settings = _state.Settings;
        var answer = projected.Failure is null ? new SettingsAnswer(Protocol.ErrorCode.None, "", settings) : SettingsAnswer.Unavailable;
        foreach (var (number, isChanged) in _unprojected)
            Context.Parent.Tell(new SettingsSettled(number, answer, isChanged ? settings : null));
        _unprojected.Clear();
    }

    void SaveSometimes()
    {
        if (_isSaving || LastSequenceNr - _snapshotAt < EventsPerSnapshot)
            return;
        _isSaving = true;
        Timers.StartSingleTimer("snapshot", SaveAgain.Instance, SnapshotPatience); // should no answer come
        SaveSnapshot(_state.Snapshot);
    }

    /// <summary>There may be no other change for a long time.</summary>
    void OnSaveAgain()
    {
        _isSaving = false;
        SaveSometimes();
    }

    void OnSnapshotSaved(long sequenceNr)
    {
        _isSaving = false;
        _failedSaves = 0;
        Timers.Cancel("snapshot");
        _snapshotAt = sequenceNr;
        _purges = 0;
        Purge();
        SaveSometimes(); // it may have taken longer than the changes after it
    }

    /// <summary>What the snapshot stands for is not needed any more.</summary>
    void Purge()
    {
        DeleteMessages(_snapshotAt);
        DeleteSnapshots(new SnapshotSelectionCriteria(_snapshotAt - 1));
    }

    /// <summary>A file that is busy with changes may keep it out; in the end it is the next snapshot's turn.</summary>
    void OnPurgeFailed(Exception cause)
    {
        _log.Info("old settings of user {0} could not be deleted yet: {1}", _userId, cause.Message);
        if (++_purges < MaxPurges)
            Timers.StartSingleTimer("purge", PurgeAgain.Instance, PurgeAgainAfter);
    }

    void OnSnapshotFailed(Exception cause)
    {
        _log.Warning("the settings of user {0} could not be summed up: {1}", _userId, cause.Message);
        if (++_failedSaves < MaxPurges)
        {
            Timers.StartSingleTimer("snapshot", SaveAgain.Instance, PurgeAgainAfter);
            return;
        }

        Timers.Cancel("snapshot");
        _failedSaves = 0;
        _isSaving = false; // the next change tries again
    }

    /// <summary>The base class would end it too, after a stack trace.</summary>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _log.Warning("the settings of user {0} could not be stored: {1}", _userId, cause.Message);

    /// <summary>Not even tried: what was decided is void, and with it this actor's idea of what is next.</summary>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        _log.Warning("the settings of user {0} were not accepted by the journal: {1}", _userId, cause.Message);
        Context.Stop(Self);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
        _log.Warning("the settings of user {0} could not be read: {1}", _userId, reason.Message);
}
