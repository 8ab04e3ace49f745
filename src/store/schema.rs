//! The tables and columns that are read and written with diesel's query builder.
#![allow(missing_docs, reason = "the migrations describe the tables")]

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        display_name -> Text,
        password_hash -> Text,
        roles -> Array<Text>,
        is_active -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    account_events (id) {
        id -> BigInt,
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
    incidents (id) {
        id -> BigInt,
        request_id -> Uuid,
        interface -> Text,
        actor_id -> Nullable<BigInt>,
        action -> Text,
        post_id -> Nullable<BigInt>,
        invariant -> Text,
        detail -> Text,
    }
}
