//! Tables as diesel sees them; one set for both databases.

#![allow(clippy::wildcard_imports, reason = "diesel's table macro names SQL types bare")]

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    zones (id) {
        id -> Integer,
        slug -> Text,
        created_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    accounts (id) {
        id -> IdT,
        username -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        totp_sealed -> Nullable<Binary>,
        name_sealed -> Binary,
        identifier_hash -> Nullable<Binary>,
        phone_hash -> Nullable<Binary>,
        state -> Text,
        failed_count -> Integer,
        locked_until -> Nullable<InstantT>,
        created_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    memberships (account_id, zone_id, role, department) {
        account_id -> IdT,
        zone_id -> Integer,
        role -> Text,
        department -> Text,
        created_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    sessions (id) {
        id -> IdT,
        account_id -> IdT,
        started_at -> InstantT,
        expires_at -> InstantT,
        revoked_at -> Nullable<InstantT>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    refresh_tokens (hash) {
        hash -> Binary,
        session_id -> IdT,
        expires_at -> InstantT,
        rotated_at -> Nullable<InstantT>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    token_keys (id) {
        id -> Text,
        public_key -> Binary,
        private_sealed -> Binary,
        created_at -> InstantT,
        retired_at -> Nullable<InstantT>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    calendar_days (day) {
        day -> Date,
        kind -> Text,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    sandbox_clock (id) {
        id -> Integer,
        offset_micros -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    catalogue_generations (zone_id) {
        zone_id -> Integer,
        generation -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    catalogue_versions (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        kind -> Text,
        code -> Text,
        number -> Integer,
        effective_from -> Date,
        effective_to -> Nullable<Date>,
        digest -> Text,
        document -> Text,
        created_at -> InstantT,
        reason -> Nullable<Text>,
        edited_by -> Nullable<IdT>,
        published_by -> Nullable<IdT>,
        generation -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    applications (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        submission_no -> Nullable<Text>,
        state -> Text,
        channel -> Text,
        subject_kind -> Text,
        subject_code -> Text,
        bundle_version_id -> Nullable<IdT>,
        filed_by -> IdT,
        project_name -> Nullable<Text>,
        project_code -> Nullable<Text>,
        track_counter -> Integer,
        version -> BigInt,
        event_seq -> BigInt,
        event_hash -> Binary,
        created_at -> InstantT,
        updated_at -> InstantT,
        received_at -> Nullable<InstantT>,
        recorded_at -> Nullable<InstantT>,
        retain_until -> Nullable<InstantT>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    application_contents (zone_id, application_id) {
        zone_id -> Integer,
        application_id -> IdT,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    application_accounts (zone_id, account_id, application_id) {
        zone_id -> Integer,
        account_id -> IdT,
        application_id -> IdT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    application_parties (zone_id, application_id, position) {
        zone_id -> Integer,
        application_id -> IdT,
        position -> Integer,
        role -> Text,
        kind -> Text,
        sealed -> Binary,
        name_hash -> Binary,
        identifier_hash -> Nullable<Binary>,
        phone_hash -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    cases (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        application_id -> IdT,
        position -> Integer,
        matter_code -> Text,
        version_id -> IdT,
        department -> Text,
        procedure_kind -> Text,
        state -> Text,
        case_no -> Nullable<Text>,
        target_kind -> Nullable<Text>,
        target_ref -> Nullable<Text>,
        external_ref -> Nullable<Text>,
        received_at -> Nullable<InstantT>,
        accepted_at -> Nullable<InstantT>,
        deemed -> Bool,
        limit_n -> Integer,
        limit_unit -> Text,
        limit_starts -> Text,
        deadline_on -> Nullable<Date>,
        deadline_at -> Nullable<InstantT>,
        yellow_at -> Nullable<InstantT>,
        provisional -> Bool,
        queue_at -> InstantT,
        version -> BigInt,
        handler_id -> Nullable<IdT>,
        outcome -> Nullable<Text>,
        decided_at -> Nullable<InstantT>,
        progress -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    clock_entries (zone_id, case_id, seq) {
        zone_id -> Integer,
        case_id -> IdT,
        seq -> Integer,
        kind -> Text,
        at -> InstantT,
        reason -> Nullable<Text>,
        basis -> Text,
        actor_id -> Nullable<IdT>,
        recorded_at -> InstantT,
        procedure_kind -> Nullable<Text>,
        expected_days -> Nullable<Integer>,
        told_at -> Nullable<InstantT>,
        added_n -> Nullable<Integer>,
        added_unit -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    documents (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        digest -> Binary,
        size -> BigInt,
        media_type -> Text,
        object_key -> Text,
        created_by -> IdT,
        created_at -> InstantT,
        address -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    materials (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        application_id -> IdT,
        material_code -> Text,
        document_id -> IdT,
        upload_id -> Text,
        file_name_sealed -> Binary,
        created_at -> InstantT,
        reused_from -> Nullable<IdT>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    events (zone_id, stream_kind, stream_id, seq) {
        zone_id -> Integer,
        stream_kind -> Text,
        stream_id -> IdT,
        seq -> BigInt,
        kind -> Text,
        schema_version -> Integer,
        occurred_at -> InstantT,
        recorded_at -> InstantT,
        actor_kind -> Text,
        actor_id -> Nullable<IdT>,
        on_behalf_of -> Nullable<IdT>,
        request_id -> Nullable<Text>,
        payload -> Text,
        prev_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    feed (zone_id, position) {
        zone_id -> Integer,
        position -> BigInt,
        stream_kind -> Text,
        stream_id -> IdT,
        seq -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    feed_pending (zone_id, stream_kind, stream_id, seq) {
        zone_id -> Integer,
        stream_kind -> Text,
        stream_id -> IdT,
        seq -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    jobs (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        kind -> Text,
        subject_id -> IdT,
        state -> Text,
        due_at -> InstantT,
        attempts -> Integer,
        claimed_until -> Nullable<InstantT>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    idempotency_records (zone_id, caller, operation, key) {
        zone_id -> Integer,
        caller -> IdT,
        operation -> Text,
        key -> Text,
        digest -> Binary,
        status -> Integer,
        resource_id -> IdT,
        version -> BigInt,
        created_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    number_blocks (zone_id, series, day) {
        zone_id -> Integer,
        series -> Text,
        day -> Date,
        next_serial -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    case_files (zone_id, case_id) {
        zone_id -> Integer,
        case_id -> IdT,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    obligations (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        application_id -> IdT,
        case_id -> IdT,
        department -> Text,
        kind -> Text,
        owed_by -> Text,
        subject -> Text,
        due_on -> Nullable<Date>,
        due_at -> Nullable<InstantT>,
        provisional -> Bool,
        state -> Text,
        opened_at -> InstantT,
        settled_at -> Nullable<InstantT>,
        extended -> Nullable<Integer>,
        asked_at -> Nullable<InstantT>,
        before_matter -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    instruments (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        application_id -> IdT,
        case_id -> Nullable<IdT>,
        kind -> Text,
        number -> Text,
        issued_at -> InstantT,
        sealed -> Binary,
        digest -> Binary,
        signature -> Nullable<Binary>,
        verify_hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    certificates (zone_id, number) {
        zone_id -> Integer,
        number -> Text,
        case_id -> IdT,
        application_id -> IdT,
        matter_code -> Text,
        name -> Text,
        holder_kind -> Text,
        holder_sealed -> Binary,
        holder_hash -> Nullable<Binary>,
        scope -> Text,
        project_name -> Nullable<Text>,
        granted_at -> InstantT,
        valid_until -> Nullable<Date>,
        state -> Text,
        state_at -> InstantT,
        replaces -> Nullable<Text>,
        remark -> Nullable<Text>,
        identifier -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    evaluations (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        application_id -> IdT,
        case_id -> IdT,
        service_no -> Integer,
        service -> Text,
        level -> Text,
        bad -> Bool,
        channel -> Text,
        options -> Text,
        text_sealed -> Nullable<Binary>,
        rated_at -> InstantT,
        changes -> Integer,
        answer_sealed -> Nullable<Binary>,
        answered_at -> Nullable<InstantT>,
        answered_by -> Nullable<IdT>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    evaluation_counts (zone_id, shard, level) {
        zone_id -> Integer,
        shard -> Integer,
        level -> Text,
        rated -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    credit_records (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        application_id -> IdT,
        case_id -> IdT,
        kind -> Text,
        ground -> Text,
        matter_code -> Text,
        identifier_hash -> Nullable<Binary>,
        until_on -> Nullable<Date>,
        recorded_at -> InstantT,
        repaired_at -> Nullable<InstantT>,
        repaired_by -> Nullable<IdT>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    account_links (provider, subject_hash) {
        provider -> Text,
        subject_hash -> Binary,
        account_id -> IdT,
        created_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    catalogue_retirements (zone_id, version_id) {
        zone_id -> Integer,
        version_id -> IdT,
        effective_to -> Date,
        reason -> Text,
        retired_by -> IdT,
        created_at -> InstantT,
        generation -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    catalogue_drafts (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        kind -> Text,
        code -> Text,
        state -> Text,
        base_number -> Integer,
        document -> Text,
        reason -> Text,
        note -> Nullable<Text>,
        editors -> Text,
        reviewed_by -> Nullable<IdT>,
        version -> BigInt,
        created_at -> InstantT,
        updated_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    delegated_matters (zone_id, code) {
        zone_id -> Integer,
        code -> Text,
        name -> Text,
        delegating_body -> Text,
        department -> Text,
        system -> Nullable<Text>,
        state -> Text,
        effective_from -> Nullable<Date>,
        effective_to -> Nullable<Date>,
        basis -> Text,
        updated_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    delegation_changes (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        batch_id -> IdT,
        kind -> Text,
        code -> Text,
        name -> Text,
        reason -> Text,
        document -> Text,
        effective_on -> Date,
        made_by -> IdT,
        created_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    system_accounts (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        account_id -> IdT,
        system -> Text,
        state -> Text,
        trained_on -> Nullable<Date>,
        created_at -> InstantT,
        updated_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    project_loops (zone_id, code) {
        zone_id -> Integer,
        code -> Text,
        name -> Text,
        mechanisms -> Text,
        opened_on -> Date,
        planned_start_on -> Nullable<Date>,
        actual_start_on -> Nullable<Date>,
        version -> BigInt,
        updated_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    reform_tasks (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        document -> Text,
        number -> Integer,
        title -> Text,
        lead_department -> Text,
        departments -> Text,
        due_on -> Date,
        progress -> Text,
        version -> BigInt,
        updated_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    publicities (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        application_id -> IdT,
        case_id -> IdT,
        matter_code -> Text,
        project_name -> Nullable<Text>,
        title -> Text,
        body -> Text,
        basis -> Text,
        starts_on -> Date,
        ends_on -> Date,
        opened_at -> InstantT,
        opened_by -> IdT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    objections (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        publicity_id -> IdT,
        filed_by -> IdT,
        filed_at -> InstantT,
        state -> Text,
        sealed -> Binary,
        answered_at -> Nullable<InstantT>,
        answered_by -> Nullable<IdT>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    joint_reviews (zone_id, application_id, kind) {
        zone_id -> Integer,
        application_id -> IdT,
        kind -> Text,
        state -> Text,
        rounds -> Integer,
        opened_at -> InstantT,
        scheduled_at -> InstantT,
        concluded_on -> Nullable<Date>,
        working_days -> Nullable<Integer>,
        promised_days -> Nullable<Integer>,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    tallies (zone_id, day, name, shard) {
        zone_id -> Integer,
        day -> Date,
        name -> Text,
        shard -> Integer,
        n -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    tally_marks (zone_id, name, subject) {
        zone_id -> Integer,
        name -> Text,
        subject -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    share_calls (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        source -> Text,
        reference -> Nullable<Text>,
        application_id -> IdT,
        material -> Text,
        fields -> Text,
        purpose -> Text,
        outcome -> Text,
        size -> Integer,
        called_by -> IdT,
        called_at -> InstantT,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    findings (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        application_id -> IdT,
        case_id -> IdT,
        department -> Text,
        rule -> Text,
        subject -> Text,
        light -> Text,
        state -> Text,
        raised_at -> InstantT,
        urged_at -> Nullable<InstantT>,
        urged_by -> Nullable<IdT>,
        answer_due_at -> Nullable<InstantT>,
        answered_at -> Nullable<InstantT>,
        answered_by -> Nullable<IdT>,
        closed_at -> Nullable<InstantT>,
        closed_by -> Nullable<IdT>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    slots (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        place -> Text,
        window_name -> Nullable<Text>,
        matter_code -> Nullable<Text>,
        kind -> Text,
        starts_at -> InstantT,
        ends_at -> InstantT,
        capacity -> Integer,
        booked -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    bookings (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        slot_id -> IdT,
        account_id -> IdT,
        state -> Text,
        starts_at -> InstantT,
        ends_at -> InstantT,
        booked_at -> InstantT,
        settled_at -> Nullable<InstantT>,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    parcels (zone_id, id) {
        zone_id -> Integer,
        id -> IdT,
        application_id -> IdT,
        state -> Text,
        tracking_no -> Nullable<Text>,
        ordered_at -> InstantT,
        state_at -> InstantT,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::engine::sql_type::*;

    callback_events (zone_id, system, event_id) {
        zone_id -> Integer,
        system -> Text,
        event_id -> Text,
        nonce -> Text,
        case_id -> Nullable<IdT>,
        outcome -> Text,
        received_at -> InstantT,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    callback_events,
    slots,
    bookings,
    parcels,
    findings,
    share_calls,
    tallies,
    tally_marks,
    publicities,
    objections,
    joint_reviews,
    zones,
    accounts,
    memberships,
    sessions,
    refresh_tokens,
    token_keys,
    calendar_days,
    sandbox_clock,
    catalogue_retirements,
    catalogue_drafts,
    delegated_matters,
    delegation_changes,
    system_accounts,
    reform_tasks,
    project_loops,
    catalogue_generations,
    catalogue_versions,
    applications,
    application_contents,
    application_accounts,
    application_parties,
    cases,
    clock_entries,
    documents,
    materials,
    events,
    feed,
    feed_pending,
    jobs,
    idempotency_records,
    number_blocks,
    case_files,
    obligations,
    instruments,
    certificates,
    evaluations,
    evaluation_counts,
    credit_records,
    account_links,
);
