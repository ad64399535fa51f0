//! The words that commands begin with.

words! {
    /// What a command does.
    pub enum Verb {
        /// The ticket is resolved.
        Resolve = "resolve",
        /// The ticket is closed.
        Close = "close",
        /// The ticket is open again.
        Reopen = "reopen",
        /// The ticket waits for the customer or a third party.
        Hold = "hold",
        /// Somebody works on it.
        Progress = "progress",
        /// Another status, by its name.
        Status = "status",
        /// Another person.
        Assign = "assign",
        /// Another team.
        Team = "team",
        /// Another priority.
        Priority = "priority",
        /// Another category.
        Category = "category",
        /// Tags more.
        Tag = "tag",
        /// Tags less.
        Untag = "untag",
        /// The rest is a note.
        Note = "note",
        /// The rest is for the customer, although a note is being answered.
        Public = "public",
        /// Asleep until then.
        Snooze = "snooze",
        /// Into another ticket.
        Merge = "merge",
        /// Somebody else takes part.
        Cc = "cc",
        /// Unwanted.
        Spam = "spam",
        /// Wanted after all.
        Unspam = "unspam",
        /// Whose ticket it really is.
        Customer = "customer",
        /// Sends what waits.
        Send = "send",
    }
}

/// Other names, as other desks use them.
const ALIASES: &[(&str, Verb)] = &[
    ("resolved", Verb::Resolve),
    ("solve", Verb::Resolve),
    ("solved", Verb::Resolve),
    ("done", Verb::Resolve),
    ("closed", Verb::Close),
    ("open", Verb::Reopen),
    ("pending", Verb::Hold),
    ("on_hold", Verb::Hold),
    ("on-hold", Verb::Hold),
    ("in_progress", Verb::Progress),
    ("in-progress", Verb::Progress),
    ("assignee", Verb::Assign),
    ("owner", Verb::Assign),
    ("group", Verb::Team),
    ("queue", Verb::Team),
    ("prio", Verb::Priority),
    ("tags", Verb::Tag),
    ("internal", Verb::Note),
    ("addcc", Verb::Cc),
    ("junk", Verb::Spam),
    ("ham", Verb::Unspam),
    ("requester", Verb::Customer),
];

/// Fields of a block of `Field: value` lines. `Note:` and the like begin ordinary sentences and are not among them.
const FIELDS: &[(&str, Verb)] = &[
    ("status", Verb::Status),
    ("owner", Verb::Assign),
    ("assign", Verb::Assign),
    ("assignee", Verb::Assign),
    ("team", Verb::Team),
    ("queue", Verb::Team),
    ("priority", Verb::Priority),
    ("category", Verb::Category),
    ("tag", Verb::Tag),
    ("tags", Verb::Tag),
    ("untag", Verb::Untag),
    ("snooze", Verb::Snooze),
    ("merge", Verb::Merge),
    ("cc", Verb::Cc),
    ("addcc", Verb::Cc),
    ("customer", Verb::Customer),
    ("requester", Verb::Customer),
];

impl Verb {
    /// The verbs that a word may stand for: one if it is a verb, another name for one, or the beginning of exactly
    /// one. Verbs themselves go before other names, so that a new other name makes no beginning ambiguous.
    pub fn find(word: &str) -> Vec<Self> {
        let word = word.to_lowercase();
        if let Ok(verb) = word.parse() {
            return vec![verb];
        }
        if let Some((_, verb)) = ALIASES.iter().find(|(name, _)| *name == word) {
            return vec![*verb];
        }
        let begins: Vec<Self> = Self::ALL
            .iter()
            .copied()
            .filter(|verb| verb.as_str().starts_with(&word))
            .collect();
        if !begins.is_empty() {
            return begins;
        }
        let mut found: Vec<Self> = Vec::new();
        for (_, verb) in ALIASES.iter().filter(|(name, _)| name.starts_with(&word)) {
            if !found.contains(verb) {
                found.push(*verb);
            }
        }
        found
    }

    /// Whether a word is a verb or another name for one, written out.
    pub(super) fn is_whole(word: &str) -> bool {
        let word = word.to_lowercase();
        word.parse::<Self>().is_ok() || ALIASES.iter().any(|(name, _)| *name == word)
    }

    /// The verb that a field of a block stands for.
    pub(super) fn of_field(field: &str) -> Option<Self> {
        let field = field.to_lowercase();
        let found = FIELDS.iter().find(|(name, _)| *name == field);
        found.map(|(_, verb)| *verb)
    }

    /// How it is written, with what belongs behind it.
    pub const fn usage(self) -> &'static str {
        match self {
            Self::Resolve => "#resolve",
            Self::Close => "#close",
            Self::Reopen => "#reopen",
            Self::Hold => "#hold",
            Self::Progress => "#progress",
            Self::Status => "#status open | in progress | on hold | resolved | closed",
            Self::Assign => "#assign NAME | me | none",
            Self::Team => "#team NAME | none",
            Self::Priority => "#priority low | normal | high | urgent",
            Self::Category => "#category NAME | none",
            Self::Tag => "#tag WORD, WORD",
            Self::Untag => "#untag WORD, WORD",
            Self::Note => "#note (what follows is for your team alone)",
            Self::Public => "#public (what follows is for the customer)",
            Self::Snooze => "#snooze 2d | 3h | tomorrow | monday 9:00 | 2026-12-24 | reply | off",
            Self::Merge => "#merge TICKET",
            Self::Cc => "#cc ADDRESS",
            Self::Spam => "#spam",
            Self::Unspam => "#unspam",
            Self::Customer => "#customer ADDRESS",
            Self::Send => "#send (what waits goes out)",
        }
    }

    /// Whether something must stand behind it; nothing may stand behind the others, `note` and `public` apart.
    pub const fn takes_words(self) -> bool {
        !matches!(
            self,
            Self::Resolve
                | Self::Close
                | Self::Reopen
                | Self::Hold
                | Self::Progress
                | Self::Spam
                | Self::Unspam
                | Self::Send
        )
    }

    /// The verbs that are written nearly like a word.
    pub(super) fn near(word: &str) -> Vec<Self> {
        let word = word.to_lowercase();
        Self::ALL
            .iter()
            .copied()
            .filter(|verb| distance(verb.as_str(), &word) <= 2)
            .collect()
    }
}

/// How many letters must be changed, added or taken away to make one word the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(20).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, a) in left.chars().enumerate() {
        let mut next = vec![above + 1];
        for (at, b) in right.iter().enumerate() {
            let read = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let changed = read(&row, at) + usize::from(a != *b);
            let shifted = read(&row, at + 1).min(read(&next, at)) + 1;
            next.push(changed.min(shifted));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
