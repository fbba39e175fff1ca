UPDATE qbo_sync.sign_off SET documents = %(documents)s WHERE id = %(sign_off_id)s
