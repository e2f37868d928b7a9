-- The rows of one confirmed receipt, written by hand with as few statements as plain SQL needs: the facts are read, then
-- the operation, the purchase, 20 lines, 11 benefits, a lot, its entries, the balance, and the journal with its deliveries.
\set member random(1, @MEMBERS@)
\set product random(0, 1999)
begin;
select m.id, m.public_id, m.first_name, m.state, b.available
  from loyalty_members_member m left join loyalty_points_balance b on b.member_id = m.id and b.currency_id = 1
 where m.id = :member for share of m;
select sku, name from loyalty_goods_product
 where sku in (select 'sku-' || (:product + n * 97) % 2000 from generate_series(1, 20) n);
insert into loyalty_points_operation
  (source, external_key, body_hash, kind, member_id, answer, recorded_at, by_kind, by_id, door)
values ('pgbench', gen_random_uuid()::text, decode(repeat('ab', 32), 'hex'), 'purchase', :member, '@ANSWER@'::jsonb, now(),
        'till', 'till_0', 'api/pos')
returning id as operation \gset
insert into loyalty_purchases_purchase
  (till_id, number, public_id, store_id, partner_id, member_id, operation_id, sold_at, confirmed_at, amount,
   till_discount, discount, total, points_earned, offers_version, outcomes)
values (1, gen_random_uuid()::text, gen_random_uuid()::text, @STORE@, @PARTNER@, :member, :operation, now(), now(), 40000,
        0, 500, 39500, 395, 1, '@OUTCOMES@'::jsonb)
returning id as purchase \gset
insert into loyalty_purchases_line
  (till_id, purchase_id, number, sku, name, is_listed, quantity, unit_price, amount, till_discount, discount, total)
select 1, :purchase, n, 'sku-' || n, 'Product ' || n, true, 1000, 2000, 2000, 0, 25, 1975 from generate_series(1, 20) n;
insert into loyalty_purchases_benefit (till_id, purchase_id, line_number, offer_id, kind, amount)
select 1, :purchase, n, 1, 'points', 20 from generate_series(1, 21) n;
insert into loyalty_points_lot
  (member_id, currency_id, operation_id, amount, remaining, held, activates_at, expires_at, is_active, source_kind,
   purchase_id, offer_id)
values (:member, 1, :operation, 395, 395, 0, now(), now() + interval '365 days', true, 'purchase', :purchase, 2)
returning id as lot \gset
insert into loyalty_points_entry (member_id, operation_id, currency_id, account, amount, lot_id, recorded_at)
values (:member, :operation, 1, 'available', 395, :lot, now()), (:member, :operation, 1, 'issued', -395, null, now());
insert into loyalty_points_balance as b (member_id, currency_id, available, pending, held, debt)
values (:member, 1, 395, 0, 0, 0)
on conflict (member_id, currency_id) do update set available = b.available + excluded.available;
with entry as (
  insert into journal_entry (system, event, person_id, recorded_at, by_kind, by_id, door, body)
  values ('loyalty', 'loyalty.PurchaseConfirmed', 'mem_' || :member, now(), 'till', 'till_0', 'api/pos',
          '{"total": 39500, "points": 395, "purchase_id": "pur_00000000000000000000000000", "store_id": 1, "discount": 500}'),
         ('loyalty', 'loyalty.PointsAccrued', 'mem_' || :member, now(), 'till', 'till_0', 'api/pos',
          '{"amount": 395, "available": 395, "purchase_id": "pur_00000000000000000000000000", "currency_code": "points"}')
  returning id, event, person_id)
insert into journal_delivery (entry_id, reaction, person_id, state, attempts, next_at, last_error)
select id, 'notify_points_accrued', person_id, 'waiting', 0, now(), '' from entry where event = 'loyalty.PointsAccrued';
commit;
