//! The tables that are read and written with diesel's query builder.
#![allow(missing_docs, reason = "the migrations describe the tables")]

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        display_name -> Text,
        password_hash -> Text,
        roles -> Array<Text>,
        is_active -> Bool,
        sessions_valid_from -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    account_events (id) {
        id -> BigInt,
        at -> Timestamptz,
        actor_id -> BigInt,
        subject_id -> BigInt,
        event -> Text,
        role -> Nullable<Text>,
        display_name -> Nullable<Text>,
        reason -> Text,
        request_id -> Uuid,
        interface -> Text,
    }
}

diesel::table! {
    sessions (id_hash) {
        id_hash -> Binary,
        user_id -> BigInt,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        number -> BigInt,
        device -> Text,
    }
}

diesel::table! {
    incidents (id) {
        id -> BigInt,
        at -> Timestamptz,
        request_id -> Uuid,
        interface -> Text,
        actor_id -> Nullable<BigInt>,
        action -> Text,
        post_id -> Nullable<BigInt>,
        invariant -> Text,
        detail -> Text,
    }
}
