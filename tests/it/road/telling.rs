//! Who is told of what: preferences, digests, mentions, followers, templates and ratings, on both databases.

use postroom::desk::Who;
use postroom::desk::speak::{Note, Reply};
use postroom::desk::tenant::TenantChange;
use postroom::domain::audit::Via;
use postroom::domain::button::Deed;
use postroom::domain::ids::TicketId;
use postroom::domain::rating::Score;
use postroom::domain::telling::{Pace, Preferences, Quiet, Scope, TellEvent, Wish};
use postroom::domain::tenant::{CustomerNotice, MemberVisibility};
use postroom::domain::ticket::{Change, Priority, Status};
use postroom::store;
use postroom::store::texts::Template;
use postroom::store::tickets::{Filter, Visible};

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

impl Road {
    /// Somebody chooses what they are told.
    async fn wish(&self, who: &Who, wishes: Preferences) {
        let mut change = self.desk.change_own(who, Via::Page).await.unwrap();
        let now = change.now();
        store::preferences::put(&mut change.tx, who.tenant, who.user.unwrap(), &wishes, now)
            .await
            .unwrap();
        change.record("notifications.changed", "me", "all of it");
        change.commit().await.unwrap();
    }

    /// The tenant settles something.
    async fn settle_tenant(&self, edit: impl FnOnce(&mut TenantChange)) {
        let ada = self.who("acme", "ada@agents.test");
        let directory = self.desk.directory();
        let mut change = TenantChange::of(&directory.office(ada.tenant).unwrap().tenant);
        edit(&mut change);
        self.desk
            .change_tenant(&ada, Via::Page, change)
            .await
            .unwrap();
    }

    /// The secret in the link of a fresh button.
    pub async fn button(&self, who: &Who, ticket: TicketId, deed: Deed) -> String {
        let mut tx = self.desk.db.write().await.unwrap();
        let url = self
            .desk
            .do_in(&mut tx, who.tenant, ticket, |hand, case| {
                Ok(hand.button(case, who.user.unwrap(), deed))
            })
            .await
            .unwrap();
        tx.commit().await.unwrap();
        url.rsplit('/').next().unwrap().to_owned()
    }

    async fn put_template(&self, key: &str, locale: &str, subject: &str, text: &str) {
        let ada = self.who("acme", "ada@agents.test");
        let template = Template {
            key: key.into(),
            locale: locale.into(),
            subject: subject.into(),
            text: text.into(),
            html: None,
        };
        let mut change = self.desk.change_settings(&ada, Via::Page).await.unwrap();
        let now = change.now();
        store::texts::put_template(&mut change.tx, ada.tenant, &template, now)
            .await
            .unwrap();
        change.record("template.changed", key, "new words");
        change.commit().await.unwrap();
    }

    async fn told(&self, key: &str) -> Vec<String> {
        let ticket = self.ticket(key).await;
        let mut tx = self.desk.db.read().await.unwrap();
        let tellings = store::tellings::of_ticket(&mut tx, ticket.tenant, ticket.id, 100)
            .await
            .unwrap();
        let people = tellings.into_iter().flat_map(|telling| telling.people);
        people
            .map(|p| format!("{} {}: {}", p.name, p.event, p.sentence))
            .collect()
    }

    async fn assign(&self, key: &str, to: &Who, by: &Who) {
        let change = Change {
            assignee: Some(to.user),
            ..Change::default()
        };
        self.desk
            .change(by, self.id(key).await, change)
            .await
            .unwrap();
    }
}

fn note(text: &str) -> Note {
    Note {
        text: text.into(),
        ..Note::default()
    }
}

both_databases! {
    async fn one_mail_for_each_deed_and_person_and_none_of_own_doings(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (ada, bob, id) = (road.who("acme", "ada@agents.test"), road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.assign("ACME-1", &ada, &bob).await;
        road.desk.follow(&ada, id, ada.user.unwrap(), true).await.unwrap();
        road.desk.follow(&ada, id, bob.user.unwrap(), true).await.unwrap();
        let before = (road.queued("ada@agents.test").await.len(), road.queued("bob@agents.test").await.len());
        // Ada is the assignee, follows, and is named twice; Bob follows, names himself, and wrote it.
        road.desk.note(&bob, id, note("@ada, @Ada Lovelace and @bob: look")).await.unwrap();
        let after = (road.queued("ada@agents.test").await.len(), road.queued("bob@agents.test").await.len());
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, 0));
        let notice = road.queued("ada@agents.test").await.pop().unwrap();
        assert!(Road::header(&notice, "Subject").contains("Bob mentions you"), "{notice}");
        let told = road.told("ACME-1").await;
        assert!(told.contains(&"Ada Lovelace mention: by mail, because a note mentions them; not by ntfy: they have no topic".to_owned()), "{told:#?}");
        assert!(told.contains(&"Bob note: not told: they did it themselves".to_owned()), "{told:#?}");
        // Doing several things at once is one deed: the new assignee gets one mail, and whoever did it none.
        let change = Change { assignee: Some(bob.user), status: Some(Status::OnHold), priority: Some(Priority::High), ..Change::default() };
        road.desk.change(&ada, id, change).await.unwrap();
        assert_eq!(road.queued("bob@agents.test").await.len(), after.1 + 1);
        assert_eq!(road.queued("ada@agents.test").await.len(), after.0);
    }

    async fn a_name_that_fits_two_people_is_nobodys_and_the_timeline_says_so(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (bob, id) = (road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.desk.note(&bob, id, note("ask @ada or write to me@ada.test")).await.unwrap();
        assert!(road.timeline("ACME-1").await.iter().any(|line| line == "ticket.updated follower →ada@agents.test by Bob"));
    }

    async fn a_daily_digest_is_one_mail_and_urgent_things_do_not_wait_for_it(database: TestDatabase) {
        let road = Road::new(database).await;
        let (ada, bob) = (road.who("acme", "ada@agents.test"), road.who("acme", "bob@agents.test"));
        road.wish(&bob, Preferences { pace: Pace::Daily, digest_at: "18:00:00".parse().unwrap(), ..Preferences::default() }).await;
        for n in 1..=2 {
            road.receive(&mail(GRACE, "support@acme.test", &format!("m{n}@customers.test"), &format!("Printer {n} {{{{ ticket.key }}}}"), "", "one")).await;
            road.assign(&format!("ACME-{n}"), &ada, &ada).await;
        }
        let at_once = road.queued("bob@agents.test").await.len();
        road.assign("ACME-1", &bob, &ada).await;
        road.receive(&mail(GRACE, "support@acme.test", "r1@customers.test", "Re: Printer", "In-Reply-To: <m1@customers.test>\r\n", "more")).await;
        road.assign("ACME-2", &bob, &ada).await;
        assert_eq!(road.queued("bob@agents.test").await.len(), at_once, "they wait");
        // 18:00 in Berlin is 17:00 UTC in November.
        road.pass("2026-11-23T16:59:00Z").await;
        assert_eq!(road.queued("bob@agents.test").await.len(), at_once);
        road.assign("ACME-2", &ada, &ada).await;
        road.pass("2026-11-23T17:00:00Z").await;
        road.pass("2026-11-23T17:01:00Z").await;
        let mails = road.queued("bob@agents.test").await;
        assert_eq!(mails.len(), at_once + 1, "one mail for all of it, once");
        let digest = postroom::domain::mail::parse(mails.last().unwrap().as_bytes());
        assert!(digest.text.contains("ACME-1 · Printer 1 {{ ticket.key }}"), "{}", digest.text);
        assert!(!digest.text.contains("ACME-2"), "what he may not see any more is left out: {}", digest.text);
        let urgent = Change { priority: Some(Priority::Urgent), assignee: Some(bob.user), ..Change::default() };
        road.desk.change(&ada, road.id("ACME-2").await, urgent).await.unwrap();
        assert_eq!(road.queued("bob@agents.test").await.len(), at_once + 2);
    }

    async fn a_telephone_is_left_alone_at_night_and_rings_in_the_morning(database: TestDatabase) {
        let road = Road::new(database).await;
        let (ada, bob) = (road.who("acme", "ada@agents.test"), road.who("acme", "bob@agents.test"));
        let mut wishes = Preferences {
            topic: "bobs-phone".into(),
            quiet: Some(Quiet { from: "22:00:00".parse().unwrap(), to: "07:00:00".parse().unwrap() }),
            ..Preferences::default()
        };
        wishes.set(TellEvent::Assigned, Wish { mail: Scope::Nothing, ntfy: Scope::Mine });
        road.wish(&bob, wishes).await;
        road.receive(&mail(GRACE, "sales@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        road.pass("2026-11-23T22:30:00Z").await;
        road.assign("ACME-1", &bob, &ada).await;
        let told = road.told("ACME-1").await;
        let expected = "Bob assigned: not by mail: they chose off for this; by ntfy at 2026-11-24T06:00:00Z, because it is theirs, after quiet hours until 07:00";
        assert!(told.contains(&expected.to_owned()), "{told:#?}");
        assert_eq!(road.queued("bobs-phone").await.len(), 1);
        assert!(road.queued("bob@agents.test").await.is_empty());
    }

    async fn whoever_follows_sees_the_ticket_and_is_told_of_it(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settle_tenant(|change| change.settings.member_visibility = MemberVisibility::Assigned).await;
        road.receive(&mail(GRACE, "sales@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (ada, bob, id) = (road.who("acme", "ada@agents.test"), road.who("acme", "bob@agents.test"), road.id("ACME-1").await);
        road.assign("ACME-1", &ada, &ada).await;
        let seen = async || {
            let mut tx = road.desk.db.read().await.unwrap();
            let visible = Visible::Member { user: bob.user.unwrap(), teams: Vec::new(), whole_team: false };
            store::tickets::list(&mut tx, bob.tenant, &Filter::all(visible, 10)).await.unwrap().len()
        };
        assert_eq!(seen().await, 0);
        road.desk.follow(&ada, id, bob.user.unwrap(), true).await.unwrap();
        assert_eq!(seen().await, 1);
        let answer = "In-Reply-To: <m1@customers.test>\r\n";
        road.receive(&mail(GRACE, "sales@acme.test", "m2@customers.test", "Re: Printer", answer, "two")).await;
        assert_eq!(road.queued("bob@agents.test").await.len(), 1);
        road.desk.follow(&bob, id, bob.user.unwrap(), false).await.unwrap();
        road.receive(&mail(GRACE, "sales@acme.test", "m3@customers.test", "Re: Printer", answer, "three")).await;
        assert_eq!((seen().await, road.queued("bob@agents.test").await.len()), (0, 1));
    }

    async fn the_buttons_of_whoever_follows_work_as_long_as_they_do(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settle_tenant(|change| change.settings.member_visibility = MemberVisibility::Assigned).await;
        let (ada, bob) = (road.who("acme", "ada@agents.test"), road.who("acme", "bob@agents.test"));
        let wishes = Preferences { topic: "bobs-phone".into(), ..Preferences::default() };
        road.wish(&bob, wishes).await;
        road.receive(&mail(GRACE, "sales@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let id = road.id("ACME-1").await;
        road.assign("ACME-1", &ada, &ada).await;
        road.desk.follow(&ada, id, bob.user.unwrap(), true).await.unwrap();
        let secret = road.button(&bob, id, Deed::Acknowledge).await;
        let pressable = road.desk.pressable(bob.tenant, &secret).await.unwrap().expect("he sees the ticket, so he may press");
        road.desk.press(bob.tenant, &pressable).await.unwrap();
        assert!(road.timeline("ACME-1").await.iter().any(|line| line.contains("acknowledged")), "{:?}", road.timeline("ACME-1").await);
        let secret = road.button(&bob, id, Deed::Resolve).await;
        road.desk.follow(&bob, id, bob.user.unwrap(), false).await.unwrap();
        assert!(road.desk.pressable(bob.tenant, &secret).await.unwrap().is_none());
    }

    async fn a_topic_that_others_came_to_read_gets_no_buttons_that_act(database: TestDatabase) {
        let road = Road::new(database).await;
        let (ada, bob) = (road.who("acme", "ada@agents.test"), road.who("acme", "bob@agents.test"));
        road.wish(&bob, Preferences { topic: "bobs-phone".into(), ..Preferences::default() }).await;
        road.receive(&mail(GRACE, "sales@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        road.assign("ACME-1", &bob, &ada).await;
        let own = road.queued("bobs-phone").await.pop().unwrap();
        assert!(own.contains("/act/"), "{own}");
        road.apply("[[tenant]]\nslug = \"acme\"\n[tenant.ntfy]\nserver = \"http://127.0.0.1:1\"\ntopic_prefix = \"bobs\"\n").await;
        road.assign("ACME-1", &ada, &ada).await;
        road.assign("ACME-1", &bob, &ada).await;
        let pushes = road.queued("bobs-phone").await;
        assert_eq!(pushes.len(), 2);
        assert!(!pushes[1].contains("/act/") && pushes[1].contains("/tickets/ACME-1/do/resolve"), "{}", pushes[1]);
    }

    async fn pushes_carry_a_customers_words_only_where_the_tenant_wants_them(database: TestDatabase) {
        let road = Road::new(database).await;
        let pushed = async || road.queued("acme-tickets").await.pop().unwrap();
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "CANARY", "", "The CANARY sings.")).await;
        assert!(!pushed().await.contains("CANARY"), "{}", pushed().await);
        road.apply("[[tenant]]\nslug = \"acme\"\n[tenant.ntfy]\nserver = \"http://127.0.0.1:1\"\ntopic_prefix = \"acme\"\ntickets = true\ncustomer_text = true\n").await;
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Scanner", "", "The CANARY sings.")).await;
        assert!(pushed().await.contains("The CANARY sings."), "{}", pushed().await);
    }

    async fn what_only_explains_is_forgotten_after_three_months(database: TestDatabase) {
        let road = Road::new(database).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "invoice", "", "one")).await;
        road.desk.forget_old().await.unwrap();
        assert!(!road.told("ACME-1").await.is_empty());
        road.desk.clock.set("2027-02-22T09:00:00Z".parse().unwrap());
        road.desk.forget_old().await.unwrap();
        assert!(road.told("ACME-1").await.is_empty());
    }

    async fn a_template_that_fails_gives_way_to_the_shipped_one_and_the_timeline_says_so(database: TestDatabase) {
        let road = Road::new(database).await;
        road.put_template("ticket.created", "en", "{{ ticket.key }}", "{{ nobody.knows }}").await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        assert!(sent.contains("We have your message"), "{sent}");
        let line = road.timeline("ACME-1").await.into_iter().find(|line| line.contains(" template ")).unwrap();
        assert!(line.contains("ticket.created (en)") && line.contains("the shipped words were sent"), "{line}");
    }

    async fn a31_what_a_mail_says_stays_as_it_is_in_every_notice_and_is_escaped_in_html(database: TestDatabase) {
        let road = Road::new(database).await;
        road.put_template("agent.new", "en", "{{ ticket.subject }}", "{{ message.text }} {{ ticket.url }}").await;
        let text = "{{ requester.email }} {% for i in (1..9) %}x{% endfor %} <img src=x onerror=alert(1)>";
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Hello {{ tenant.name }} <b>", "", text)).await;
        let ada = road.who("acme", "ada@agents.test");
        let raw = road.queued("ada@agents.test").await.into_iter().chain(road.queued("bob@agents.test").await).next().unwrap();
        let notice = postroom::domain::mail::parse(raw.as_bytes());
        assert!(notice.text.contains(text), "{}", notice.text);
        assert!(notice.subject.contains("Hello {{ tenant.name }} <b>"), "{}", notice.subject);
        let html = postroom::domain::mail::html_body(raw.as_bytes()).expect("every notice has HTML");
        assert!(html.contains("{{ requester.email }}") && !html.contains("<img"), "{html}");
        // What an agent sends is not evaluated either, whatever stands in it.
        let id = road.id("ACME-1").await;
        road.desk.reply(&ada, id, Reply { text: "Write {{ ticket.key }} like this.".into(), ..Reply::default() }).await.unwrap();
        assert!(road.queued("grace@customers.test").await.pop().unwrap().contains("{{ ticket.key }}"));
    }

    async fn customers_are_told_of_what_the_tenant_wants_and_in_its_language(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settle_tenant(|change| {
            change.locale = "de-AT".into();
            change.settings.customer_notices = vec![CustomerNotice::Closed];
        }).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        for status in [Status::Resolved, Status::Closed] {
            road.desk.change(&ada, id, Change { status: Some(status), ..Change::default() }).await.unwrap();
        }
        let subjects: Vec<_> = road.queued("grace@customers.test").await.iter().map(|raw| postroom::domain::mail::parse(raw.as_bytes()).text).collect();
        assert_eq!(subjects.len(), 2, "{subjects:?}");
        assert!(subjects[0].contains("wir haben Ihre Nachricht erhalten"), "{}", subjects[0]);
        assert!(subjects[1].contains("ist jetzt geschlossen"), "{}", subjects[1]);
    }

    async fn a_customer_is_asked_once_and_their_word_counts(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settle_tenant(|change| { change.settings.csat = true; change.settings.csat_after_minutes = 30; }).await;
        road.receive(&mail(GRACE, "support@acme.test", "m1@customers.test", "Printer", "", "one")).await;
        let (ada, id) = (road.who("acme", "ada@agents.test"), road.id("ACME-1").await);
        let set = async |status| road.desk.change(&ada, id, Change { status: Some(status), ..Change::default() }).await.unwrap();
        let asked = async || road.queued("grace@customers.test").await.into_iter().filter(|raw| raw.contains("/rate/")).collect::<Vec<_>>();
        set(Status::Resolved).await;
        road.pass("2026-11-23T09:10:00Z").await;
        // Reopened before anybody was asked: nobody is, until it is resolved again.
        set(Status::Open).await;
        road.pass("2026-11-23T09:30:00Z").await;
        assert!(asked().await.is_empty());
        set(Status::Resolved).await;
        road.pass("2026-11-23T10:00:00Z").await;
        set(Status::Open).await;
        set(Status::Resolved).await;
        road.pass("2026-11-23T12:00:00Z").await;
        let mails = asked().await;
        assert_eq!(mails.len(), 1, "once for each ticket");
        let text = postroom::domain::mail::parse(mails[0].as_bytes()).text;
        let token = text.split("/rate/").nth(1).unwrap().split_whitespace().next().unwrap();
        let rateable = road.desk.rateable(ada.tenant, token).await.unwrap().unwrap();
        assert_eq!(rateable.ticket, id);
        let hank = road.who("globex", "hank@agents.test");
        assert_eq!(road.desk.rateable(hank.tenant, token).await.unwrap(), None, "another tenant's link leads nowhere");
        let reply_token = Road::header(&mails[0], "Reply-To").split('+').nth(1).unwrap().split('@').next().unwrap().to_owned();
        assert_eq!(road.desk.rateable(ada.tenant, &reply_token).await.unwrap(), None, "an answer's token rates nothing");
        road.desk.rate(ada.tenant, &rateable, Score::new(4).unwrap(), "").await.unwrap();
        road.desk.rate(ada.tenant, &rateable, Score::new(5).unwrap(), " Thanks! ").await.unwrap();
        let mut tx = road.desk.db.read().await.unwrap();
        let rating = store::ratings::get(&mut tx, ada.tenant, id).await.unwrap().unwrap();
        assert_eq!((rating.score.map(Score::number), rating.comment.as_str()), (Some(5), "Thanks!"));
        let lines: Vec<_> = road.timeline("ACME-1").await.into_iter().filter(|l| l.starts_with("ticket.rated")).collect();
        assert_eq!(lines, ["ticket.rated rating →Good by Grace Hopper", "ticket.rated rating Good→Very good by Grace Hopper"]);
    }

    async fn machines_and_spam_are_not_asked_how_satisfied_they_are(database: TestDatabase) {
        let road = Road::new(database).await;
        road.settle_tenant(|change| { change.settings.csat = true; change.settings.csat_after_minutes = 0; }).await;
        road.receive(&mail("Robot <robot@machines.test>", "support@acme.test", "m1@machines.test", "Report", "Auto-Submitted: auto-generated\r\n", "beep")).await;
        road.receive(&mail(GRACE, "support@acme.test", "m2@customers.test", "Win money", "", "now")).await;
        let ada = road.who("acme", "ada@agents.test");
        for (key, spam) in [("ACME-1", false), ("ACME-2", true)] {
            let change = Change { status: Some(Status::Resolved), spam: Some(spam), ..Change::default() };
            road.desk.change(&ada, road.id(key).await, change).await.unwrap();
        }
        road.pass("2026-11-23T10:00:00Z").await;
        for whom in ["robot@machines.test", "grace@customers.test"] {
            assert!(road.queued(whom).await.iter().all(|raw| !raw.contains("/rate/")), "{whom}");
        }
    }
}
